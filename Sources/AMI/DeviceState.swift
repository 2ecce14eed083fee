/// The state of a device, as queue members show it.
///
/// **Source:** `include/asterisk/devicestate.h`, `enum ast_device_state`.
public enum DeviceState: Int, Sendable {
  /// Nothing is known.
  case unknown
  /// Free.
  case notInUse
  /// In a call.
  case inUse
  /// In as many calls as it takes.
  case busy
  /// There is no such device.
  case invalid
  /// Not registered or not reachable.
  case unavailable
  /// Ringing.
  case ringing
  /// Ringing while in a call.
  case ringInUse
  /// In a call that is on hold.
  case onHold
}
