/// A step of an extension.
public enum DialplanPriority: ActionValue, Equatable {
  /// The step with this number, from 1.
  case step(Int)
  /// The extension's hint.
  case hint

  /// A number from 1, or `hint`.
  public static var kind: ActionParameter.Kind { .priority }

  /// The number, or `hint`.
  public func text(as kind: ActionParameter.Kind) -> String {
    switch self {
    case .step(let number): String(number)
    case .hint: "hint"
    }
  }
}

/// Adds a step to an extension of the dialplan, until the next reload.
public struct DialplanExtensionAdd: DeclaredAction {
  /// The context; made when there is none.
  public var context: String
  /// The extension; after a slash the caller's number it is for.
  public var exten: String
  /// The step.
  public var priority: DialplanPriority
  /// The application.
  public var application: String
  /// The application's arguments.
  public var applicationData: String?
  /// Whether to put it in the place of what is there; nil for no.
  public var replace: Bool?

  /// Adds a step to `exten` in `context`.
  public init(
    context: String, exten: String, priority: DialplanPriority, application: String,
    applicationData: String? = nil, replace: Bool? = nil
  ) {
    self.context = context
    self.exten = exten
    self.priority = priority
    self.application = application
    self.applicationData = applicationData
    self.replace = replace
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "DialplanExtensionAdd", "Adds a step to an extension, until the next reload.", since: "13",
    source: "pbx/pbx_config.c, manager_dialplan_extension_add", privileges: ["system"],
    parameters: [
      .required("Context", \.context, "The context; made when there is none."),
      .required("Extension", \.exten, "The extension; after a slash the caller it is for."),
      .required("Priority", \.priority, "The step, or hint."),
      .required("Application", \.application, "The application."),
      .optional("ApplicationData", \.applicationData, "The application's arguments."),
      .optional("Replace", \.replace, "Put it in the place of what is there."),
    ])
}

/// Takes an extension, or one step of it, out of the dialplan, until the next reload.
public struct DialplanExtensionRemove: DeclaredAction {
  /// The context.
  public var context: String
  /// The extension; after a slash the caller's number it is for.
  public var exten: String
  /// The step; nil for all.
  public var priority: DialplanPriority?

  /// Takes out `exten` of `context`.
  public init(context: String, exten: String, priority: DialplanPriority? = nil) {
    self.context = context
    self.exten = exten
    self.priority = priority
  }

  /// The action as data.
  public static let declaration = ActionDeclaration<Self>(
    "DialplanExtensionRemove", "Takes an extension, or one step, out of the dialplan.",
    since: "13", source: "pbx/pbx_config.c, manager_dialplan_extension_remove",
    privileges: ["system"], effect: .destroys,
    parameters: [
      .required("Context", \.context, "The context."),
      .required("Extension", \.exten, "The extension; after a slash the caller it is for."),
      .optional("Priority", \.priority, "The step; without it all."),
    ])
}
