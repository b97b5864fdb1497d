import ByteStreams
import ByteStrings
import HubCore

extension JSONText {
    /// Writes all samples, each with its name and labels.
    mutating func metrics(_ metrics: [Metric]) {
        self.name("metrics")
        self.array { json in
            for metric in metrics {
                for sample in metric.samples { json.sample(sample, of: metric) }
            }
        }
    }

    private mutating func sample(_ sample: Metric.Sample, of metric: Metric) {
        self.array { json in
            json.string(metric.name + sample.suffix)
            json.object { json in
                for (name, value) in sample.labels { json.member(name, value) }
            }
            json.number(sample.value)
        }
    }

    /// Writes what topics amount to.
    mutating func activity(_ topics: [TopicActivity], limit: Int) {
        self.name("topics")
        self.array(of: topics, limit: limit) { json, topic in
            json.object { json in
                json.member("topic", topic.topic.name)
                json.member("subscribers", topic.subscribers)
                json.name("rate")
                json.number(topic.rate)
                json.name("events")
                json.number(topic.events.map(Double.init))
            }
        }
    }

    /// Writes a list that ends with the element that reaches a number of bytes.
    mutating func array<Element>(
        of elements: [Element], limit: Int, _ write: (inout JSONText, Element) -> Void
    ) {
        self.array { json in
            let start = json.bytes.count
            for element in elements where json.bytes.count - start < limit { write(&json, element) }
        }
    }

    /// Writes how a stream is.
    mutating func stream(_ stream: StreamDescription) {
        self.object { json in
            json.member("stream", stream.id.description)
            json.member("transport", stream.transport)
            json.member("client", orNull: stream.client?.description)
            json.member("subject", orNull: stream.subject?.string)
            json.name("topics")
            json.array { json in for topic in stream.topics { json.string(topic.name) } }
            json.member("topicCount", stream.topicCount)
            json.name("age")
            json.number(stream.age)
            json.member("state", stream.state.rawValue)
            json.member("slow", json: "\(stream.isSlow)".utf8)
            json.member("backlog", stream.backlog)
            json.member("cursor", orNull: stream.cursor?.description)
            json.name("lag")
            json.number(stream.lag.map(Double.init))
        }
    }

    /// Writes what happened.
    mutating func incident(_ entry: IncidentLog.Entry) {
        let incident = entry.incident
        self.object { json in
            json.member("number", entry.number)
            json.name("at")
            json.number(Double(entry.time) / 1000)
            json.member("kind", incident.kind.rawValue)
            json.member("reason", incident.reason)
            json.member("count", entry.count)
            json.member("topic", orNull: incident.topic?.name)
            json.member("transport", orNull: incident.transport)
            json.member("client", orNull: incident.client)
            json.member("subject", orNull: incident.subject?.string)
        }
    }
}
