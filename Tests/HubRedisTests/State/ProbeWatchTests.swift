import NIOCore
import Testing

@testable import HubRedis

@Suite struct ProbeWatchTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test func probesThatArriveAreNoCauseForAlarm() {
        var watch = ProbeWatch(timeout: .seconds(5))
        for second in 0..<100 {
            let isSilent = watch.published(at: self.start + .seconds(Int64(second) * 2))
            #expect(!isSilent)
            watch.arrived()
        }
    }

    @Test func silenceForTheTimeoutIsNoticed() {
        var watch = ProbeWatch(timeout: .seconds(5))
        let answers = [0, 4, 5].map { watch.published(at: self.start + .seconds($0)) }
        #expect(answers == [false, false, true])
    }
}
