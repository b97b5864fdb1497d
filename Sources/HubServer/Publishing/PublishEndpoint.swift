import HubCore
import HubTransports
import NIOCore
import NIOHTTP1

/// `POST /publish`.
struct PublishEndpoint: Endpoint {
    let bus: any EventBus
    let maximumTopics: Int
    let maximumBytes: Int
    let counters: PublishCounters

    var methods: [HTTPMethod] { [.POST] }

    func needsKey(_ method: HTTPMethod) -> Bool { true }

    func body(_ method: HTTPMethod) -> BodyAllowance {
        BodyAllowance(maximumBytes: self.maximumBytes, setting: "--max-body")
    }

    func check(_ request: inout AdmittedRequest) throws(Problem) {
        try PublishRequest.check(request)
    }

    func answer(_ request: AdmittedRequest, body: ByteBuffer) throws(Problem) -> Outcome {
        let publications: [Publication]
        do throws(Problem) {
            publications = try PublishRequest(request, body: body, maximumTopics: self.maximumTopics).publications
        } catch {
            self.counters.count(.refused)
            throw error
        }
        let counters = self.counters
        let published = self.bus.publish(publications)
        published.whenComplete { counters.count($0) }
        return .later(published.map(Self.answer))
    }

    private static func answer(_ published: [PublishedEvent]) -> HTTPAnswer {
        var json = JSONText()
        json.object { json in
            json.name("events")
            json.array { json in
                for event in published {
                    for topic in event.topics { json.event(topic, event.id) }
                }
            }
        }
        return .json(json)
    }
}

extension JSONText {
    fileprivate mutating func event(_ topic: Topic, _ id: EventID) {
        self.object { json in
            json.member("topic", topic.name)
            json.member("id", id.description)
        }
    }
}
