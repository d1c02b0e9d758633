"""The MVC passport: reference amplitudes of a patient with day, posture, electrodes and method."""
