/// A question to the bus itself about a cursor that is ahead of what is known here.
struct Confirmation {
    /// The cursor's place.
    let place: Offset
    /// Whether the bus has answered: what it has not given by now is none of its history.
    var isGiven = false
}
