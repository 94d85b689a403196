public import Tensors

/// Layers one behind the other.
public struct Sequential: Layer {
    /// The layers, in order of use.
    public let layers: NamedList<any Layer>

    /// Layers under names of their own.
    public init(_ layers: NamedList<any Layer>) { self.layers = layers }

    /// Layers named `0`, `1` and so on.
    public init(_ layers: any Layer...) {
        self.init(NamedList(layers.enumerated().map { (name: "\($0.offset)", value: $0.element) }))
    }

    /// The layers.
    public var children: NamedList<any Module> {
        NamedList(layers.map { (name: $0.name, value: $0.value) })
    }

    /// Every layer applied to what the one before made.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        layers.reduce(input) { $1.value($0, in: context) }
    }
}
