import Testing

@testable import HubLoad

struct PublishAnswerTests {
    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true, false),
        ("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", true, true),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", true, false),
        ("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno", false, false),
    ])
    func anAnswerIsCompleteWithItsLastByteAndNotBefore(text: String, isSuccess: Bool, isLast: Bool) {
        var answer = PublishAnswer()
        for byte in text.utf8 {
            #expect(!answer.isComplete)
            answer.append([byte])
        }
        #expect(answer.isComplete && answer.isSuccess == isSuccess && answer.isLast == isLast)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
    ])
    func anAnswerThatDoesNotEndIsNoHubs(beginning: String) {
        var answer = PublishAnswer()
        answer.append(Array(beginning.utf8))
        var count = 0
        while !answer.isTooLong, count < 1000 {
            answer.append([UInt8](repeating: UInt8(ascii: "x"), count: 1 << 13))
            count += 1
        }
        #expect(!answer.isComplete && answer.isTooLong)
    }
}
