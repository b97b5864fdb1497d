import NIOCore
import NIOHTTP1

/// A document that is the same for everybody.
struct DocumentEndpoint: Endpoint {
    let type: String
    let text: String

    func answer(_ request: AdmittedRequest, body: ByteBuffer) throws(Problem) -> Outcome {
        .now(HTTPAnswer(.ok, type: self.type, text: self.text))
    }

    /// `GET /openapi.yaml`.
    static let description = DocumentEndpoint(
        type: "application/yaml", text: String(decoding: PackageResources.openapi_yaml, as: UTF8.self))

    /// `GET /` with `--demo`.
    static let demo = DocumentEndpoint(
        type: "text/plain; charset=utf-8",
        text: """
            This is a hub. Publish an event, and read it:

                curl --data 'hello' 'http://HOST/publish?topic=news'
                curl -N 'http://HOST/sse?topic=news&last_event_id=earliest'

            /openapi.yaml describes all that there is.

            """)
}
