import HubClient
import Testing

@Suite("A parser of event streams, by WHATWG HTML 9.2.6")
struct EventStreamParserTests {
    private func parse(_ text: String) throws -> [EventStreamParser.Output] {
        var parser = EventStreamParser()
        return try parser.parse(text.utf8)
    }

    private func message(
        _ data: String, type: String = "message", id: String? = nil, last: String? = nil, retry: Int? = nil
    ) -> EventStreamParser.Output {
        .message(EventStreamMessage(type: type, data: data, id: id, lastEventID: last ?? id ?? "", retry: retry))
    }

    @Test("joins the lines of data and keeps everything but one space")
    func dataLines() throws {
        #expect(
            try self.parse("data: YHOO\ndata: +2\ndata: 10\n\n") == [self.message("YHOO\n+2\n10")])
        #expect(try self.parse("data:test\n\ndata: test\n\n") == [self.message("test"), self.message("test")])
        #expect(try self.parse("data:  two\n\n") == [self.message(" two")])
        #expect(try self.parse("data: a:b: c\n\n") == [self.message("a:b: c")])
    }

    @Test("takes empty data for an event, and no data for none")
    func emptyData() throws {
        #expect(
            try self.parse("data\n\ndata\ndata\n\ndata:") == [self.message(""), self.message("\n")])
        #expect(try self.parse("event: x\n\n\n\n:c\n\n").isEmpty)
        #expect(try self.parse("event: x\n\ndata: y\n\n") == [self.message("y")])
    }

    @Test("ends lines with LF, CR and CRLF")
    func lineEndings() throws {
        for end in ["\n", "\r", "\r\n"] {
            let text = ["event: a", "data: 1", "data: 2", "id: 7", "", "data: 3", "", ""].joined(separator: end)
            #expect(try self.parse(text) == [self.message("1\n2", type: "a", id: "7"), self.message("3", last: "7")])
        }
        #expect(try self.parse("data: 1\r\n\r\ndata: 2\n\r") == [self.message("1"), self.message("2")])
    }

    @Test("remembers ids, takes an empty one for a reset, and ignores one with NUL")
    func ids() throws {
        #expect(
            try self.parse("id: 1\n\ndata: a\n\ndata: b\nid: 2\0\n\ndata: c\nid\n\n") == [
                .lastEventID("1"), self.message("a", last: "1"), self.message("b", last: "1"),
                self.message("c", id: "", last: ""),
            ])
    }

    @Test("takes a reconnection time of digits only")
    func retry() throws {
        #expect(try self.parse("retry: 1500\n") == [.reconnectionTime(1500)])
        #expect(
            try self.parse("retry: 20\ndata: a\n\ndata: b\n\n") == [
                .reconnectionTime(20), self.message("a", retry: 20), self.message("b"),
            ])
        for wrong in ["", "-1", "+1", "1.5", "1s", " 1", "1 ", "0x10", "١", "99999999999999999999999"] {
            #expect(try self.parse("retry: \(wrong)\n").isEmpty, "\(wrong)")
        }
    }

    @Test("ignores comments, unknown fields, and names in the wrong case or with spaces")
    func unknownFields() throws {
        #expect(try self.parse(": c\ndatum: x\nDATA: x\ndata : x\n data: x\n:data: y\n\n").isEmpty)
    }

    @Test("takes away one byte order mark at the beginning, and no other")
    func byteOrderMark() throws {
        #expect(try self.parse("\u{FEFF}data: a\n\n") == [self.message("a")])
        #expect(try self.parse("\u{FEFF}\u{FEFF}data: a\n\n").isEmpty)
        #expect(try self.parse("data: \u{FEFF}a\n\n") == [self.message("\u{FEFF}a")])
        var parser = EventStreamParser()
        #expect(try parser.parse([0xEF] + Array("data: a\n\ndata: b\n\n".utf8)) == [self.message("b")])
    }

    @Test("replaces bytes that are not UTF-8")
    func badUTF8() throws {
        var parser = EventStreamParser()
        #expect(try parser.parse(Array("data: ".utf8) + [0xC3, 0x0A, 0x0A]) == [self.message("\u{FFFD}")])
    }

    @Test("does not dispatch what the end cuts off")
    func cutOff() throws {
        #expect(try self.parse("data: a\nid: 1\n\ndata: b\nid: 2\n") == [self.message("a", id: "1")])
    }

    @Test("refuses an event beyond the limit, of one line or of many")
    func limit() throws {
        for text in ["data: 123456789\n\n", "data: 1234\ndata: 5678\ndata: 9\n\n"] {
            var parser = EventStreamParser(limit: 10)
            #expect(throws: EventStreamParser.TooLarge(limit: 10)) { try parser.parse(text.utf8) }
        }
    }
}
