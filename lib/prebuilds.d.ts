declare module '*.node';
