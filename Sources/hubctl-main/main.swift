import HubControl

await ControlProgram.run()
