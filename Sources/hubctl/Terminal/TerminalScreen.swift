#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#endif

/// The terminal as a page that is drawn again and again. What was on it comes back at the end.
final class TerminalScreen {
    private static let escape = "\u{1B}["

    private var original: termios?

    /// Takes the terminal: another page, no cursor, and keys as they are pressed.
    init() {
        var settings = termios()
        if tcgetattr(0, &settings) == 0 {
            self.original = settings
            settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
            // A program that is stopped would leave the terminal as it is.
            withUnsafeMutableBytes(of: &settings.c_cc) { $0[Int(VSUSP)] = 0 }
            tcsetattr(0, TCSANOW, &settings)
        }
        Self.write("?1049h", "?25l")
    }

    /// Gives it back as it was.
    func restore() {
        Self.write("?25h", "?1049l")
        guard var original = self.original else { return }
        tcsetattr(0, TCSANOW, &original)
        self.original = nil
    }

    /// How many characters a line has, and how many lines there are, at this moment.
    static var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Draws lines over those that were drawn before.
    func draw(_ lines: [String]) {
        let text = lines.joined(separator: "\(Self.escape)K\n")
        Descriptor.write(Array("\(Self.escape)H\(text)\(Self.escape)K\(Self.escape)J".utf8), to: 1)
    }

    /// Whether a key was pressed that ends a program which watches. Never waits.
    var isQuit: Bool {
        var isQuit = false
        var request = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
        while self.original != nil, poll(&request, 1, 0) > 0 {
            var key: UInt8 = 0
            guard read(0, &key, 1) == 1 else { return true }
            if key == UInt8(ascii: "q") || key == UInt8(ascii: "Q") { isQuit = true }
        }
        return isQuit
    }

    private static func write(_ sequences: String...) {
        Descriptor.write(Array(sequences.map { self.escape + $0 }.joined().utf8), to: 1)
    }
}
