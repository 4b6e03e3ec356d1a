// What `require` of a prebuilt file gives.
declare module '*.node' {
  const addon: Record<string, unknown>;
  export = addon;
}
