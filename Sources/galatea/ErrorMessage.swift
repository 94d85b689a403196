import Pipeline

/// A failure as the user sees it: one line, and a hint below.
struct ErrorMessage {
    let text: String

    init(_ error: PipelineError) {
        text = "error: \(error.message)\n" + (error.hint.map { "hint: \($0)\n" } ?? "")
    }

    /// Writes the message to standard error.
    func print() {
        StandardError.write(text)
    }
}
