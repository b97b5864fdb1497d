import ByteStreams
import HTTPWire
import NIOCore
import Testing

@testable import HubServer

struct GuessLimitTests {
    private let start = NIODeadline.now()
    private let limit = GuessLimit(maximumAddresses: 100)

    private func address(_ text: String) throws -> ClientAddress { try #require(ClientAddress(text)) }

    private func guess(_ count: Int, _ address: ClientAddress, at now: NIODeadline) -> [Bool] {
        (0..<count).map { _ in self.limit.countWrongKey(of: address, now: now) }
    }

    @Test func theTenthWrongKeyMakesAnAddressWaitForAMinute() throws {
        let address = try self.address("192.0.2.1")
        #expect(self.guess(9, address, at: self.start).allSatisfy { !$0 })
        #expect(self.limit.secondsToWait(address, now: self.start) == nil)
        #expect(self.guess(1, address, at: self.start + .seconds(5)) == [true])
        #expect(self.limit.secondsToWait(address, now: self.start + .seconds(5)) == 61)
        #expect(self.limit.secondsToWait(address, now: self.start + .seconds(64)) == 2)
        #expect(self.limit.secondsToWait(address, now: self.start + .seconds(65)) == nil)
        #expect(self.limit.secondsToWait(try self.address("192.0.2.2"), now: self.start) == nil)
        // Then it has ten again.
        #expect(self.guess(10, address, at: self.start + .seconds(66)) == [Bool](repeating: false, count: 9) + [true])
    }

    @Test func wrongKeysThatAreFarApartAreForgotten() throws {
        let address = try self.address("192.0.2.1")
        for minute in 0..<30 {
            #expect(self.guess(5, address, at: self.start + .seconds(60 * Int64(minute))).allSatisfy { !$0 })
        }
    }

    @Test func aNetworkOfIPv6IsOneAddress() throws {
        for host in 1...10 { _ = self.guess(1, try self.address("2001:db8:0:1::\(host)"), at: self.start) }
        #expect(self.limit.secondsToWait(try self.address("2001:db8:0:1:ffff::9"), now: self.start) != nil)
        #expect(self.limit.secondsToWait(try self.address("2001:db8:0:2::1"), now: self.start) == nil)
    }

    @Test func theTableIsBounded() throws {
        let last = try self.address("192.0.2.1")
        for number in 0..<10_000 {
            let address = try self.address("2001:db8:\(String(number, radix: 16))::1")
            _ = self.guess(2, address, at: self.start + .milliseconds(Int64(number)))
            #expect(self.limit.addressCount <= 100)
        }
        _ = self.guess(10, last, at: self.start + .seconds(11))
        for number in 0..<50 { _ = self.guess(1, try self.address("10.0.0.\(number)"), at: self.start + .seconds(12)) }
        #expect(self.limit.secondsToWait(last, now: self.start + .seconds(13)) != nil)
        // What is over goes, the full table or not.
        _ = self.guess(1, last, at: self.start + .seconds(200))
        #expect(self.limit.addressCount <= 2)
    }
}
