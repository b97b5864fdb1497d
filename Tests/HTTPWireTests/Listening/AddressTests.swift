import ByteStreams
import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import HTTPWire

struct AddressTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.8", false), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
        ("::/0", "10.0.0.1", true), ("::1", "::1", true), ("10.0.0.0/8", "::ffff:10.1.2.3", true),
    ])
    func aRangeContainsItsAddresses(_ range: String, _ address: String, _ expected: Bool) throws {
        let range = try #require(AddressRange(range))
        let address = try #require(ClientAddress(address))
        #expect(range.contains(address) == expected)
    }

    @Test(arguments: ["", "10.0.0.0/33", "10.0.0/8", "::/129", "host", "10.0.0.0/x", "10.0.0.0/-1", "fe80::1%eth0"])
    func whatIsNoRangeIsRefused(_ text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test(arguments: [
        ("X-Forwarded-For", "203.0.113.9", "203.0.113.9"),
        ("X-Forwarded-For", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("X-Forwarded-For", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("X-Forwarded-For", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("X-Forwarded-For", "203.0.113.9, nonsense", "10.0.0.1"),
        ("X-Forwarded-For", "203.0.113.9:4711", "203.0.113.9"),
        ("Forwarded", "for=1.1.1.1, for=\"[2001:db8::7]:4711\";proto=https", "2001:db8::7"),
        ("Forwarded", "proto=https;For=203.0.113.9", "203.0.113.9"), ("Forwarded", "for=unknown", "10.0.0.1"),
    ])
    func theClientIsTheFirstAddressFromTheRightThatIsNotTrusted(
        _ name: String, _ value: String, _ expected: String
    ) throws {
        let field: ForwardedField = name == "Forwarded" ? .forwarded : .xForwardedFor
        let forwarded = ForwardedFor(trusted: [try #require(AddressRange("10.0.0.0/8"))], field: field)
        let proxy = try #require(ClientAddress("10.0.0.1"))
        #expect(forwarded.client(of: proxy, fields: HTTPFields(pairs: [(name, value)])) == ClientAddress(expected))
        let stranger = try #require(ClientAddress("198.51.100.1"))
        #expect(forwarded.client(of: stranger, fields: HTTPFields(pairs: [(name, value)])) == stranger)
    }

    @Test func theFieldThatTheProxyDoesNotWriteIsTheClientsOwnWord() throws {
        let proxy = try #require(ClientAddress("10.0.0.1"))
        let fields = HTTPFields(pairs: [("Forwarded", "for=1.1.1.1"), ("X-Forwarded-For", "2.2.2.2")])
        for (field, expected) in [(ForwardedField.xForwardedFor, "2.2.2.2"), (.forwarded, "1.1.1.1")] {
            let forwarded = ForwardedFor(trusted: [try #require(AddressRange("10.0.0.0/8"))], field: field)
            #expect(forwarded.client(of: proxy, fields: fields) == ClientAddress(expected))
            let other = field == .forwarded ? "X-Forwarded-For" : "Forwarded"
            #expect(forwarded.client(of: proxy, fields: HTTPFields(pairs: [(other, "for=3.3.3.3")])) == proxy)
        }
    }

    @Test func aNetworkOfIPv6CountsAsOneClient() throws {
        let one = try #require(ClientAddress("2001:db8::1"))
        let same = try #require(ClientAddress("2001:db8::ffff:1"))
        let other = try #require(ClientAddress("2001:db8:0:1::1"))
        #expect(one.countedAs == same.countedAs)
        #expect(one.countedAs != other.countedAs)
        let ipv4 = try #require(ClientAddress("192.0.2.1"))
        #expect(ipv4.countedAs == ipv4)
    }
}
