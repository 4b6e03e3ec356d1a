'use strict';

// Loaded into an emulated Node before all else. Its own path is that of an arm64 program, which the machine cannot start: what
// spawns `process.execPath` (jest's workers, tests) has to start the emulator instead.
if (process.env.KINESIS_AGG_NODE) process.execPath = process.env.KINESIS_AGG_NODE;
