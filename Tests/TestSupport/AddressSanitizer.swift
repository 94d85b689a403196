import Foundation

/// Whether the tests run under the address sanitizer, which keeps freed memory and so spoils bounds on it.
public enum AddressSanitizer {
    /// Whether its runtime is loaded.
    public static let isActive = dlsym(nil, "__asan_init") != nil
}
