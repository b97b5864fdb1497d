import ByteStrings
import HubTokens
import TestSupport

/// Makes keys with openssl, and tokens with them, as somebody would who has nothing of ours.
enum TokenWorkshop {
    static let secret = "0123456789abcdef0123456789abcdef"
    static let now = 1_800_000_000.0

    static func key(
        _ algorithm: TokenAlgorithm = .hs256, id: ByteString? = nil, text: String = secret + secret
    ) async throws -> TokenKey {
        try await TokenKey(algorithm, id: id, text: text)
    }

    /// A private key as PEM.
    static func privateKey(_ algorithm: TokenAlgorithm) throws -> String {
        let options =
            switch algorithm {
            case .es256: ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
            case .es384: ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"]
            case .edDSA: ["ED25519"]
            default: ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
            }
        return try ChildProcess.run(["openssl", "genpkey", "-algorithm"] + options).output
    }

    /// Its public key as PEM.
    static func publicKey(of privateKey: String) throws -> String {
        try ChildProcess.run(["openssl", "pkey", "-pubout"], input: Array(privateKey.utf8)).output
    }

    static func token(_ claims: String = #"{"exp":1800000060}"#, by key: TokenKey) throws -> ByteString {
        ByteString(try TokenMint(key).token(claims: ByteString(claims)))
    }
}

enum ChildProcessKey {
    static func rsa1024() throws -> String {
        try ChildProcess.run(["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"]).output
    }
}

/// Public keys as JSON (RFC 7517), made of what openssl says of them.
enum WebKeyJSON {
    static func publicKey(_ algorithm: TokenAlgorithm, of privateKey: String, id: String) throws -> String {
        let script = """
            import base64, re, subprocess, sys
            pem = sys.stdin.buffer.read()
            text = subprocess.run(["openssl", "pkey", "-noout", "-text_pub"], input=pem, capture_output=True).stdout.decode()
            def b(data): return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
            def field(name):
                return bytes.fromhex(re.sub(r"[^0-9a-f]", "", re.search(name + r":\\n((?: +[0-9a-f:]+\\n)+)", text).group(1)))
            kind = sys.argv[1]
            if kind == "RS256":
                print('"kty":"RSA","e":"AQAB","n":"%s"' % b(field("Modulus").lstrip(b"\\0")))
            elif kind == "EdDSA":
                print('"kty":"OKP","crv":"Ed25519","x":"%s"' % b(field("pub")))
            else:
                point = field("pub")[1:]
                half = len(point) // 2
                print('"kty":"EC","crv":"P-%s","x":"%s","y":"%s"' % (kind[2:], b(point[:half]), b(point[half:])))
            """
        let members = try ChildProcess.run(
            ["python3", "-c", script, algorithm.rawValue], input: Array(privateKey.utf8))
        return #"{"kid":"\#(id)",\#(members.output.filter { !$0.isNewline })}"#
    }
}
