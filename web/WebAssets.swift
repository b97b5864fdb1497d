/// The files of this folder that a hub serves. They are in the binary.
public enum WebAssets {
    private static let script = "text/javascript; charset=utf-8"

    /// The browser client, in one piece, and its types.
    public static let client = [
        WebAsset("/hub.js", script, PackageResources.hub_min_js),
        WebAsset("/hub.d.ts", "application/typescript; charset=utf-8", PackageResources.hub_d_ts),
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
