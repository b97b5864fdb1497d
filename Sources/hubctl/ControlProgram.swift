/// hubctl as a whole, for the programs that are it: the one of that name, and the hub when it is called so.
public enum ControlProgram {
    /// Does what the arguments of the process say, and ends it with the status that goes with that.
    public static func run() async {
        await HubCtl.main()
    }
}
