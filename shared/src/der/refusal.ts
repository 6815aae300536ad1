/** Thrown by a reader of DER and caught by `readDer`: it never leaves the parsers of this package. */
export class DerRefusal extends Error {}
