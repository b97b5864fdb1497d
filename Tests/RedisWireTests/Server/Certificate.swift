import Foundation
import TestSupport

/// A self-signed certificate, made by the openssl command.
enum Certificate {
    /// Writes `cert.pem` and `key.pem`.
    /// - Parameters:
    ///   - directory: Where to.
    ///   - names: The subject's alternative names, such as `DNS:localhost`.
    static func make(in directory: URL, names: String) throws {
        let (end, _) = try ChildProcess.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-keyout", directory.appendingPathComponent("key.pem").path,
            "-out", directory.appendingPathComponent("cert.pem").path,
            "-subj", "/CN=test", "-addext", "subjectAltName=\(names)",
        ])
        guard end == .exited(0) else { throw ChildProcess.Failure(description: "openssl: \(end)") }
    }
}
