import Testing

@testable import HubRedis

@Suite struct SentinelAnswersTests {
    private let old = SentinelAnswers.Address(host: "10.0.0.1", port: 6379)
    private let new = SentinelAnswers.Address(host: "10.0.0.2", port: 6379)

    private func answer(_ address: SentinelAnswers.Address, _ epoch: Int64) -> SentinelAnswers.Answer {
        SentinelAnswers.Answer(address: address, epoch: epoch)
    }

    @Test func theLatestFailoverCountsAndNotTheMajority() {
        var answers = SentinelAnswers()
        #expect(answers.candidates.isEmpty)
        answers.take(self.answer(self.old, 3), of: 0)
        answers.take(self.answer(self.old, 3), of: 1)
        answers.take(self.answer(self.new, 4), of: 2)
        #expect(answers.candidates == [self.new, self.old])
        answers.take(self.answer(self.new, 4), of: 0)
        answers.take(self.answer(self.new, 4), of: 1)
        #expect(answers.candidates == [self.new])
    }

    @Test func ofOneFailoverTheMajorityCounts() {
        var answers = SentinelAnswers()
        answers.take(self.answer(self.old, 0), of: 0)
        answers.take(self.answer(self.new, 0), of: 1)
        answers.take(self.answer(self.new, 0), of: 2)
        #expect(answers.candidates == [self.new, self.old])
    }

    @Test func whoIsGoneIsBelievedOnlyWhereNobodyElseSaysAnything() {
        var answers = SentinelAnswers()
        answers.take(self.answer(self.old, 9), of: 0)
        answers.take(self.answer(self.new, 1), of: 1)
        answers.lose(0)
        #expect(answers.candidates == [self.new, self.old], "the sentinels were set up anew")
        answers.lose(1)
        #expect(answers.candidates == [self.old, self.new])
        answers.take(nil, of: 0)
        #expect(answers.candidates == [self.new])
    }

    @Test func aReplyIsRead() {
        let fields = ["name", "m", "ip", "10.0.0.2", "port", "6379", "flags", "master", "config-epoch", "4"]
        #expect(SentinelAnswers.answer(fields) == self.answer(self.new, 4))
        for (name, value) in [("ip", ""), ("port", "x"), ("port", "0"), ("port", "65536"), ("config-epoch", "")] {
            var broken = fields
            if let index = broken.firstIndex(of: name) { broken[index + 1] = value }
            #expect(SentinelAnswers.answer(broken) == nil)
        }
        #expect(SentinelAnswers.answer([]) == nil && SentinelAnswers.answer(["ip"]) == nil)
    }
}
