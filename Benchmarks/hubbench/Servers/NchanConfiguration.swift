import Foundation

/// nginx with Nchan as it is measured: as many workers as cores, nothing logged, the newest ten events of a topic kept.
enum NchanConfiguration {
    /// Where Debian's libnginx-mod-nchan puts the module; `nil` if it is not there.
    static var module: String? {
        let path = "/usr/lib/nginx/modules/ngx_nchan_module.so"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    /// The configuration.
    /// - Parameters:
    ///   - port: Where to listen.
    ///   - directory: For the files that nginx insists on.
    ///   - tls: With what it encrypts; `nil` if it does not.
    static func text(port: Int, directory: String, tls: NchanTLS? = nil) -> String {
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "\($0)_temp_path \(directory)/\($0);" }.joined(separator: "\n")
        return """
            load_module \(self.module ?? "ngx_nchan_module.so");
            daemon off;
            worker_processes auto;
            worker_rlimit_nofile 65536;
            pid \(directory)/nginx.pid;
            error_log stderr error;
            events { worker_connections 32768; }
            http {
                access_log off;
                keepalive_requests 10000000;
                \(temporary)
                server {
                    listen 127.0.0.1:\(port)\(tls == nil ? "" : " ssl http2") backlog=4096;
                    \(tls?.text ?? "")
                    location ~ ^/sub/(.+)$ { nchan_subscriber eventsource; nchan_channel_id $1; }
                    location ~ ^/pub/(.+)$ {
                        nchan_publisher;
                        nchan_channel_id $1;
                        nchan_message_buffer_length 10;
                    }
                }
            }

            """
    }
}

/// What nginx with Nchan encrypts with.
struct NchanTLS {
    let certificate: String
    let key: String

    fileprivate var text: String {
        "ssl_certificate \(self.certificate); ssl_certificate_key \(self.key); ssl_protocols TLSv1.3;"
    }
}
