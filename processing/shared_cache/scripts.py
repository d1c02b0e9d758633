"""What has to happen in one step at the server. All keys of a recording share a hash tag, so one node has them."""

from __future__ import annotations

# Either the value, or 1: the caller builds it and holds the lock, or 0: somebody else does.
# KEYS: values, lock. ARGV: variant, token, how long a lock lives in ms.
LOOK_OR_LOCK = """
local value = redis.call('HGET', KEYS[1], ARGV[1])
if value then return value end
if redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) then return 1 end
return 0
"""

# Whether it was stored; not if the recording was forgotten meanwhile. The first value sets how long all are kept,
# so that no later one prolongs it.
# KEYS: values, mark of a forgotten recording. ARGV: variant, value, how long it lives in ms.
STORE = """
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return 1
"""

# Only by whoever holds it: a lock that ran out may be somebody else's now.
# KEYS: lock. ARGV: token.
RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

# KEYS: values, mark of a forgotten recording. ARGV: how long the mark lives in ms.
FORGET = """
redis.call('SET', KEYS[2], '1', 'PX', ARGV[1])
return redis.call('DEL', KEYS[1])
"""
