'use strict';

// Run before each test file: a property that fails is shrunk for so long and no longer.

require('fast-check').configureGlobal({ interruptAfterTimeLimit: 30_000 });
