import ByteStrings
import HTTPTypes
import HTTPWire
import HubCore
import HubDoor
import HubTokens
import NIOCore

/// `POST /revoke`: the tokens of a subject that were issued up to now count no more, on any member.
struct RevokeEndpoint: Endpoint {
    var methods: [HTTPRequest.Method] { [.post] }

    func needsKey(_ method: HTTPRequest.Method) -> Bool { true }

    func body(_ method: HTTPRequest.Method) -> BodyAllowance {
        // A subject may be written with six bytes for each of its own.
        BodyAllowance(maximumBytes: 64 + 6 * TokenVerifier.maximumSubjectBytes, setting: "a subject")
    }

    func check(_ request: inout HubRequest) throws(Problem) { try request.checkIsJSON() }

    func serve(_ request: HubRequest, body: ByteBuffer, in session: Session) throws -> Outcome {
        let subject = try Self.subject(Array(body.readableBytesView))
        return .later(try session.revoke(subject).map(Self.response))
    }

    private static func subject(_ body: [UInt8]) throws(Problem) -> ByteString {
        guard String(validating: body, as: UTF8.self) != nil else {
            throw Problem(.badRequest, "the body is not UTF-8")
        }
        let members: [JSONReader.Member]
        do throws(JSONReader.Fault) {
            members = try JSONReader.members(body[...])
        } catch {
            throw Problem(.badRequest, error.description)
        }
        let range = 1...TokenVerifier.maximumSubjectBytes
        guard members.count == 1, members[0].name == "sub", let subject = members[0].value.string,
            range.contains(subject.count)
        else {
            throw Problem(
                .badRequest,
                "the body must be {\"sub\":…} with the subject whose tokens count no more, \(range.upperBound) bytes at most"
            )
        }
        return ByteString(decoding: subject)
    }

    private static func response(_ revocation: Revocation) -> Response {
        var json = JSONText()
        json.object { json in
            json.member("sub", revocation.subject.string)
            json.member("before", json: Array("\(Double(revocation.time) / 1000)".utf8))
        }
        return .json(json)
    }
}
