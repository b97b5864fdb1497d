/// The rules of docs/redis.md, word for word.
enum LeastPrivilege {
    static let hub =
        """
        ~hub:{0} ~hub:{0}:* &hub:{0}:* -@all \
        +ping +echo +auth +client|setname +select +info \
        +subscribe +unsubscribe +publish \
        +evalsha +script|load +fcall +function|load \
        +time +get +set +del +unlink +hget +hset +hmget +hdel \
        +zadd +zrem +zrangebyscore +zrangebylex +xadd +xtrim +xlen +xrange +xrevrange
        """.split(separator: " ").map(String.init)

    static let application =
        """
        ~hub:{0} ~hub:{0}:* &hub:{0}:* -@all \
        +ping +fcall +time +info +publish +get +set +del +unlink +hget +hset +hmget +hdel \
        +zadd +zrem +zrangebyscore +xadd +xtrim
        """.split(separator: " ").map(String.init)
}
