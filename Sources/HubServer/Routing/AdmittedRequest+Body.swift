import ByteStrings
import HubTransports
import NIOHTTP1

extension AdmittedRequest {
    /// Refuses a body that would have to be decoded first (RFC 9110, 8.4): a few bytes can hold a great many.
    func checkContentCoding() throws(Problem) {
        guard let codings = self.headers.list("Content-Encoding"),
            codings.allSatisfy({ $0.equalsIgnoringCase("identity") })
        else {
            throw Problem(
                .unsupportedMediaType, "the body must come without a content coding",
                headers: ["Accept-Encoding": "identity"])
        }
    }
}
