import ByteStrings
import HTTPTypes
import HTTPWire
import HubDoor
import NIOCore

/// `POST /console/ask`: what all members know, for whoever looks after the hub.
struct AskEndpoint: Endpoint {
    let inquiry: MemberInquiry

    var methods: [HTTPRequest.Method] { [.post] }

    func needsKey(_ method: HTTPRequest.Method) -> Bool { true }

    func body(_ method: HTTPRequest.Method) -> BodyAllowance {
        // As many topics as may be asked for, each of its greatest length and escaped.
        BodyAllowance(maximumBytes: 64 << 10, setting: "a question")
    }

    func check(_ request: inout HubRequest) throws(Problem) { try request.checkIsJSON() }

    func serve(_ request: HubRequest, body: ByteBuffer, in session: Session) throws -> Outcome {
        try session.checkAdministering()
        let bytes = Array(body.readableBytesView)
        return .later(self.inquiry.ask(try MemberQuestion(bytes), bytes))
    }
}
