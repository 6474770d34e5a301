// This file lets the compiler accept execute, which has no body in this package.
