extension SafetensorsFile {
    /// Whether there is a tensor of that name.
    public func hasTensor(_ name: String) -> Bool { tensors.contains { $0.name == name } }

    /// The tensor of that name.
    ///
    /// - Parameter shape: The shape it must have; `nil` for any.
    /// - Throws: `missingTensor` or `wrongShape`.
    public func tensor(_ name: String, shape: [Int]? = nil) throws(SafetensorsError) -> SafetensorsTensor {
        guard let tensor = tensors.first(where: { $0.name == name }) else {
            throw .missingTensor(path: path, tensor: name)
        }
        if let shape, shape != tensor.shape {
            throw .wrongShape(path: path, tensor: name, expected: shape, found: tensor.shape)
        }
        return tensor
    }

    /// The numbers of a F32, F16 or BF16 tensor.
    public func floats(_ name: String, shape: [Int]? = nil) throws(SafetensorsError) -> [Float] {
        let tensor = try tensor(name, shape: shape)
        return try read(tensor, tensor.floats, as: "F32, F16 or BF16")
    }

    /// The numbers of a F64, F32, F16 or BF16 tensor.
    public func doubles(_ name: String, shape: [Int]? = nil) throws(SafetensorsError) -> [Double] {
        let tensor = try tensor(name, shape: shape)
        return try read(tensor, tensor.doubles, as: "F64, F32, F16 or BF16")
    }

    /// The numbers of an integer tensor other than U64.
    public func int64s(_ name: String, shape: [Int]? = nil) throws(SafetensorsError) -> [Int64] {
        let tensor = try tensor(name, shape: shape)
        return try read(tensor, tensor.int64s, as: "I64, I32, I16, I8, U32, U16 or U8")
    }

    /// The numbers of an I32 tensor.
    public func int32s(_ name: String, shape: [Int]? = nil) throws(SafetensorsError) -> [Int32] {
        let tensor = try tensor(name, shape: shape)
        return try read(tensor, tensor.type == .int32 ? tensor.words(Int32.self) : nil, as: "I32")
    }

    /// The numbers of a U8 tensor.
    public func uint8s(_ name: String, shape: [Int]? = nil) throws(SafetensorsError) -> [UInt8] {
        let tensor = try tensor(name, shape: shape)
        return try read(tensor, tensor.type == .uint8 ? tensor.bytes : nil, as: "U8")
    }

    /// The values of a BOOL tensor.
    public func bools(_ name: String, shape: [Int]? = nil) throws(SafetensorsError) -> [Bool] {
        let tensor = try tensor(name, shape: shape)
        let bytes = try read(tensor, tensor.type == .bool ? tensor.bytes : nil, as: "BOOL")
        if let index = bytes.firstIndex(where: { $0 > 1 }) {
            throw .notABoolean(path: path, tensor: name, index: index, byte: bytes[index])
        }
        return bytes.map { $0 == 1 }
    }

    /// Checks that no floating-point tensor holds a NaN or an infinity.
    ///
    /// - Parameter names: The tensors to check; `nil` for all.
    /// - Throws: `notFinite` with the first such element, `missingTensor` for an unknown name.
    public func requireFinite(_ names: [String]? = nil) throws(SafetensorsError) {
        for name in names ?? tensors.map(\.name) {
            if let found = try tensor(name).firstNonFinite {
                throw .notFinite(path: path, tensor: name, index: found.index, value: found.value)
            }
        }
    }

    private func read<Numbers>(
        _ tensor: SafetensorsTensor, _ numbers: Numbers?, as expected: String
    ) throws(SafetensorsError) -> Numbers {
        guard let numbers else {
            throw .wrongType(path: path, tensor: tensor.name, expected: expected, found: tensor.type)
        }
        return numbers
    }
}
