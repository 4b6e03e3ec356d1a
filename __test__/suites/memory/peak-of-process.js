'use strict';

// Preloaded into a program (`node --require`) that is to say on standard error, at its end, how large it was at most, in bytes.

process.on('exit', () => process.stderr.write(String(process.resourceUsage().maxRSS * 1024)));
