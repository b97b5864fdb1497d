import Foundation

/// A self-signed certificate, made by the openssl command.
enum Certificate {
    /// Writes `cert.pem` and `key.pem`.
    /// - Parameters:
    ///   - directory: Where to.
    ///   - names: The subject's alternative names, such as `DNS:localhost`.
    static func make(in directory: URL, names: String) throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.currentDirectoryURL = directory
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=test", "-addext", "subjectAltName=\(names)",
        ]
        openssl.standardError = FileHandle.nullDevice
        try openssl.run()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
}
