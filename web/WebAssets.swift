/// The files of this folder that a hub serves. They are in the binary.
public enum WebAssets {
    private static let script = "text/javascript; charset=utf-8"

    /// The browser client: `/hub.js`, and the modules that it imports.
    public static let client = [
        WebAsset("/hub.js", script, PackageResources.hub_js),
        WebAsset("/hub/backoff.js", script, PackageResources.backoff_js),
        WebAsset("/hub/connection.js", script, PackageResources.connection_js),
        WebAsset("/hub/doubt.js", script, PackageResources.doubt_js),
        WebAsset("/hub/error.js", script, PackageResources.error_js),
        WebAsset("/hub/event.js", script, PackageResources.event_js),
        WebAsset("/hub/iframe.js", script, PackageResources.iframe_js),
        WebAsset("/hub/memory.js", script, PackageResources.memory_js),
        WebAsset("/hub/parser.js", script, PackageResources.parser_js),
        WebAsset("/hub/patience.js", script, PackageResources.patience_js),
        WebAsset("/hub/polling.js", script, PackageResources.polling_js),
        WebAsset("/hub/publisher.js", script, PackageResources.publisher_js),
        WebAsset("/hub/requests.js", script, PackageResources.requests_js),
        WebAsset("/hub/settings.js", script, PackageResources.settings_js),
        WebAsset("/hub/stream.js", script, PackageResources.stream_js),
        WebAsset("/hub/waking.js", script, PackageResources.waking_js),
        WebAsset("/hub/witness.js", script, PackageResources.witness_js),
        WebAsset("/hub/ws.js", script, PackageResources.ws_js),
    ]

    /// The demo page.
    public static let demo = [
        WebAsset("/", "text/html; charset=utf-8", PackageResources.index_html),
        WebAsset("/demo/demo.css", "text/css; charset=utf-8", PackageResources.demo_css),
        WebAsset("/demo/icon.svg", "image/svg+xml", PackageResources.icon_svg),
        WebAsset("/demo/demo.js", script, PackageResources.demo_js),
        WebAsset("/demo/board.js", script, PackageResources.board_js),
        WebAsset("/demo/meter.js", script, PackageResources.meter_js),
        WebAsset("/demo/row.js", script, PackageResources.row_js),
        WebAsset("/demo/talk.js", script, PackageResources.talk_js),
        WebAsset("/demo/wire.js", script, PackageResources.wire_js),
    ]
}
