/// The files of this folder that a hub serves. They are in the binary.
public enum WebAssets {
    private static let script = "text/javascript; charset=utf-8"

    /// The browser client: `/hub.js`, and the modules that it imports.
    public static let client = [
        WebAsset("/hub.js", script, PackageResources.hub_js),
        WebAsset("/hub/access.js", script, PackageResources.access_js),
        WebAsset("/hub/asking.js", script, PackageResources.asking_js),
        WebAsset("/hub/backoff.js", script, PackageResources.backoff_js),
        WebAsset("/hub/catch_up.js", script, PackageResources.catch_up_js),
        WebAsset("/hub/connecting.js", script, PackageResources.connecting_js),
        WebAsset("/hub/delivery.js", script, PackageResources.delivery_js),
        WebAsset("/hub/doubt.js", script, PackageResources.doubt_js),
        WebAsset("/hub/error.js", script, PackageResources.error_js),
        WebAsset("/hub/event.js", script, PackageResources.event_js),
        WebAsset("/hub/follower.js", script, PackageResources.follower_js),
        WebAsset("/hub/iframe.js", script, PackageResources.iframe_js),
        WebAsset("/hub/leader.js", script, PackageResources.leader_js),
        WebAsset("/hub/line.js", script, PackageResources.line_js),
        WebAsset("/hub/memory.js", script, PackageResources.memory_js),
        WebAsset("/hub/order.js", script, PackageResources.order_js),
        WebAsset("/hub/parser.js", script, PackageResources.parser_js),
        WebAsset("/hub/patience.js", script, PackageResources.patience_js),
        WebAsset("/hub/pause.js", script, PackageResources.pause_js),
        WebAsset("/hub/polling.js", script, PackageResources.polling_js),
        WebAsset("/hub/publishing.js", script, PackageResources.publishing_js),
        WebAsset("/hub/questions.js", script, PackageResources.questions_js),
        WebAsset("/hub/recent.js", script, PackageResources.recent_js),
        WebAsset("/hub/refusal.js", script, PackageResources.refusal_js),
        WebAsset("/hub/renewal.js", script, PackageResources.renewal_js),
        WebAsset("/hub/settings.js", script, PackageResources.settings_js),
        WebAsset("/hub/share.js", script, PackageResources.share_js),
        WebAsset("/hub/share_name.js", script, PackageResources.share_name_js),
        WebAsset("/hub/stream.js", script, PackageResources.stream_js),
        WebAsset("/hub/token.js", script, PackageResources.token_js),
        WebAsset("/hub/transports.js", script, PackageResources.transports_js),
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
        WebAsset("/demo/log.js", script, PackageResources.log_js),
        WebAsset("/demo/meter.js", script, PackageResources.meter_js),
        WebAsset("/demo/private.js", script, PackageResources.private_js),
        WebAsset("/demo/row.js", script, PackageResources.row_js),
        WebAsset("/demo/talk.js", script, PackageResources.talk_js),
        WebAsset("/demo/wire.js", script, PackageResources.wire_js),
    ]
}
