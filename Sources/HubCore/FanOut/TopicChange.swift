/// A topic that an open stream is to be given, or to be rid of.
struct TopicChange {
    enum Kind {
        /// The slot is that of the stream among those that wait for the topic.
        case add(ShardTopic, slot: Int, from: StartPosition)
        case remove(Topic)
    }

    let kind: Kind
    /// Gets the stream's cursor when the change is made, before anything that follows from it is sent.
    let answer: (Cursor?) -> Void
}
