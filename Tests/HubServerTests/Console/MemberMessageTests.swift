import ByteStrings
import Testing

@testable import HubServer

@Suite struct MemberMessageTests {
    @Test(arguments: [
        ("null", false), ("{}", false), (#"{"member":"b"}"#, false), ("garbage\n}}]", false),
        (#"{"member":"a"}"#, true),
        (#"{"member":"a","count":3}"#, true), (#"{"member":"a"} {}"#, false),
    ])
    func onlyAMembersOwnAnswerIsOne(_ json: String, _ isAnswer: Bool) {
        #expect(MemberMessage.isAnswer(Array(json.utf8), of: "a") == isAnswer)
    }

    @Test func whatIsNoMessageIsNone() {
        for text in ["", "question", "question a", "question a b\nc", "answer a\n", "hello a b\n{}"] {
            #expect(MemberMessage(Array(text.utf8)) == nil, "\(text)")
        }
    }
}
