/// What happened to the log of a topic.
public enum LogChange: Sendable {
    /// An event was appended.
    case appended(Event)
    /// The replay buffer was dropped; the topic's last offset stays.
    case deleted(Topic, last: Offset, epoch: Epoch)
    /// All events had passed their age, and the topic was forgotten.
    case retired(Topic, last: Offset, epoch: Epoch)
}
