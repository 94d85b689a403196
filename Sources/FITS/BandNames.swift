/// The names of bands in one keyword or column: letters (`grz`), or longer names with commas (`g,Y2,NB515`).
enum BandNames {
    /// The names in a text; empty when there are none.
    static func parse(_ text: String) -> [String] {
        if text.contains(where: { $0 == "," || $0 == " " }) {
            return text.split { $0 == "," || $0 == " " }.map(String.init)
        }
        return text.map(String.init)
    }

    /// The text for these names.
    static func text(_ names: [String]) -> String {
        names.joined(separator: names.allSatisfy { $0.count == 1 } ? "" : ",")
    }
}
