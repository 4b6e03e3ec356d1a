/* What wine 8 lacks of Windows 10: ProcessPrng, which Rust's standard library takes its random seeds from. */

unsigned char __stdcall SystemFunction036(void *bytes, unsigned long length); /* RtlGenRandom */

__declspec(dllexport) int __stdcall ProcessPrng(void *bytes, unsigned long long length) {
  return SystemFunction036(bytes, (unsigned long)length);
}

int __stdcall DllMainCRTStartup(void *library, unsigned long reason, void *reserved) { return 1; }
