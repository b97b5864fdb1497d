import ByteStrings
import NIOCore

/// The head of a hidden frame's page, and the policy that it is under.
struct IFramePage {
    /// Some browsers and proxies hold back a page until it has this many bytes.
    private static let padding = String(repeating: " ", count: 1024)

    private let origin: PageOrigin
    private let format: StreamRequest.Format
    private let patience: Int64
    /// A number that nobody can guess, different for every page (W3C CSP 3, 2.3.1).
    private let nonce: String

    /// Makes a page.
    /// - Parameters:
    ///   - origin: Of the parent, the only one that is told anything.
    ///   - format: How it wants the data.
    ///   - heartbeat: The mean time between two signs of life.
    init(origin: PageOrigin, format: StreamRequest.Format, heartbeat: TimeAmount) {
        var random = SystemRandomNumberGenerator()
        self.origin = origin
        self.format = format
        self.patience = 3 * heartbeat.nanoseconds / 1_000_000
        self.nonce = (0..<2).map { _ in String(random.next(), radix: 36) }.joined()
    }

    /// The content security policy: nothing but the one script, which asks nobody but the hub.
    var policy: String {
        "default-src 'none'; script-src 'nonce-\(self.nonce)'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors \(self.origin.text)"
    }

    /// What stands before the first block.
    var head: String {
        var arguments = JSONText()
        arguments.string(self.origin.text)
        let rest = "\(self.format == .json), \(self.patience)"
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>Events</title>
            <!--\(Self.padding)-->
            <script nonce="\(self.nonce)">\(Self.script)(\(String(decoding: arguments.bytes, as: UTF8.self)), \(rest));
            </script></head><body>

            """
    }

    /// Hands what stands in the page to the parent, and takes it away; goes on with the next page when this one ends.
    ///
    /// A block is complete when something follows it. A browser does not tell a page that its connection was reset, or is dead,
    /// so silence ends it too. A page that could not be loaded would leave the browser's own in its
    /// place, without a script, so the hub is asked first whether there is a next one.
    private static let script = #"""
        (function (origin, whole, patience) {
          "use strict";
          var cursor = "", isAlive = false, end = null, silence;
          function post(message) { parent.postMessage(message, origin); }
          function take(text) {
            var message = JSON.parse(text);
            cursor = (message.hub ? message.cursor : message.id) || cursor;
            isAlive = isAlive || message.hub !== "open" && message.hub !== "close";
            if (message.hub === "close" || message.hub === "next") { end = message; }
            if (message.hub === "next") { return; }
            if (!message.hub) { message.hub = "event"; if (whole) { message.data = text; } }
            post(message);
          }
          function drain() {
            clearTimeout(silence);
            silence = setTimeout(resume, patience);
            for (var node; document.body && (node = document.body.firstChild); node.remove()) {
              if (node.nodeName === "SCRIPT") {
                if (!node.nextSibling) { return; }
                take(node.textContent);
              } else if (node.nodeType === Node.COMMENT_NODE) {
                isAlive = true;
                post({ hub: "heartbeat" });
              }
            }
          }
          function resume() {
            drain();
            observer.disconnect();
            removeEventListener("load", resume);
            clearTimeout(silence);
            var url = new URL(location.href);
            var attempt = isAlive ? 0 : Number(url.searchParams.get("attempt")) || 0;
            if (cursor) { url.searchParams.set("lastEventId", cursor); }
            function wait() {
              var retry = Math.ceil(Math.random() * Math.min(30000, 1000 * Math.pow(2, attempt)));
              attempt += 1;
              return retry;
            }
            function ask() {
              url.searchParams.set("attempt", attempt);
              fetch(url, { method: "HEAD", cache: "no-store" }).then(function (answer) {
                if (!answer.ok) { throw answer.status; }
                location.replace(url);
              }).catch(function () { setTimeout(ask, wait()); });
            }
            if (!end) {
              end = { hub: "error", retry: wait() };
              post(end);
            }
            setTimeout(ask, end.retry || 0);
          }
          var observer = new MutationObserver(drain);
          observer.observe(document, { childList: true, subtree: true });
          addEventListener("load", resume);
          drain();
        })
        """#
}

/// The origin of a page (RFC 6454, 6.2) in a form that can stand in a header field and in a script as it is.
struct PageOrigin: Hashable {
    /// In lower case.
    let text: String

    /// Reads an origin such as `https://example.org:8443`; `nil` for anything else, `null` included.
    init?(_ origin: ByteString) {
        guard origin.count <= 512, origin.isVisibleASCII else { return nil }
        let text = origin.lowercasedASCII.string
        guard text.wholeMatch(of: Self.pattern) != nil else { return nil }
        self.text = text
    }

    private static var pattern: Regex<Substring> {
        /[a-z][a-z0-9+.\-]*:\/\/(?:[a-z0-9._\-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?/
    }
}
