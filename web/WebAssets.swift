/// The files of this folder that a hub serves. They are in the binary.
public enum WebAssets {
    private static let script = "text/javascript; charset=utf-8"

    /// The browser client, in one piece, and its types.
    public static let client = [
        WebAsset("/hub.js", script, PackageResources.hub_min_js),
        WebAsset("/hub.d.ts", "application/typescript; charset=utf-8", PackageResources.hub_d_ts),
    ]

    /// The console's page.
    public static let console = [
        WebAsset("/console", "text/html; charset=utf-8", PackageResources.console_html),
        WebAsset("/console/console.css", "text/css; charset=utf-8", PackageResources.console_css),
        WebAsset("/console/icon.svg", "image/svg+xml", PackageResources.icon_svg),
        WebAsset("/console/hub.js", script, PackageResources.hub_min_js),
        WebAsset("/console/asker.js", script, PackageResources.asker_js),
        WebAsset("/console/busiest.js", script, PackageResources.busiest_js),
        WebAsset("/console/clock.js", script, PackageResources.clock_js),
        WebAsset("/console/cluster.js", script, PackageResources.cluster_js),
        WebAsset("/console/cluster_view.js", script, PackageResources.cluster_view_js),
        WebAsset("/console/confirmation.js", script, PackageResources.confirmation_js),
        WebAsset("/console/console.js", script, PackageResources.console_js),
        WebAsset("/console/counting.js", script, PackageResources.counting_js),
        WebAsset("/console/elements.js", script, PackageResources.elements_js),
        WebAsset("/console/incidents.js", script, PackageResources.incidents_js),
        WebAsset("/console/incidents_view.js", script, PackageResources.incidents_view_js),
        WebAsset("/console/key_form.js", script, PackageResources.key_form_js),
        WebAsset("/console/keyed_rows.js", script, PackageResources.keyed_rows_js),
        WebAsset("/console/member.js", script, PackageResources.member_js),
        WebAsset("/console/naming.js", script, PackageResources.naming_js),
        WebAsset("/console/pager.js", script, PackageResources.pager_js),
        WebAsset("/console/publishing.js", script, PackageResources.publishing_js),
        WebAsset("/console/pulse.js", script, PackageResources.pulse_js),
        WebAsset("/console/quantile.js", script, PackageResources.quantile_js),
        WebAsset("/console/quantities.js", script, PackageResources.quantities_js),
        WebAsset("/console/route.js", script, PackageResources.route_js),
        WebAsset("/console/samples.js", script, PackageResources.samples_js),
        WebAsset("/console/series.js", script, PackageResources.series_js),
        WebAsset("/console/sparkline.js", script, PackageResources.sparkline_js),
        WebAsset("/console/stream_list.js", script, PackageResources.stream_list_js),
        WebAsset("/console/streams_view.js", script, PackageResources.streams_view_js),
        WebAsset("/console/tail.js", script, PackageResources.tail_js),
        WebAsset("/console/tail_view.js", script, PackageResources.tail_view_js),
        WebAsset("/console/topic_list.js", script, PackageResources.topic_list_js),
        WebAsset("/console/topic_view.js", script, PackageResources.topic_view_js),
        WebAsset("/console/topics_view.js", script, PackageResources.topics_view_js),
        WebAsset("/console/verdict.js", script, PackageResources.verdict_js),
        WebAsset("/console/visible.js", script, PackageResources.visible_js),
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
