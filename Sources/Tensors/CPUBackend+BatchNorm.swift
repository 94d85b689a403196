internal import CKernels

extension CPUBackend {
    /// Mean and biased variance of each channel of `x[rows][channels]`.
    ///
    /// Each part finds its own mean first, parts are joined in order by the update of Chan, Golub & LeVeque
    /// (1983, eq. 2.1), so that a mean far from zero costs no digits of the variance.
    public func channelMoments(_ x: any TensorStorage, rows: Int, channels: Int) -> ChannelMoments {
        let parts = MomentParts(x, rows: rows, channels: channels)
        let (means, squares) = (parts.first, parts.second)
        let level = level
        visitParts(x, parts) { part, pixels, _, rows in
            galatea_channel_moments(
                level, pixels, rows, channels, means.pointer + part * channels,
                squares.pointer + part * channels)
        }
        let (mean, variance) = (make(channels), make(channels))
        for channel in 0..<channels {
            var (average, deviation, count) = (0.0, 0.0, 0.0)
            for part in 0..<parts.count {
                let size = Double(parts.rows(of: part))
                let difference = means.pointer[part * channels + channel] - average
                let total = count + size
                average += difference * size / total
                deviation +=
                    squares.pointer[part * channels + channel] + difference * difference * count * size
                    / total
                count = total
            }
            mean.pointer[channel] = Float(average)
            variance.pointer[channel] = Float(deviation / count)
        }
        return ChannelMoments(mean: mean, variance: variance)
    }

    /// `x scale + shift` for each channel, with a ReLU behind it if `rectified`.
    public func channelAffine(
        _ x: any TensorStorage, scale: any TensorStorage, shift: any TensorStorage, rows: Int, channels: Int,
        rectified: Bool
    ) -> any TensorStorage {
        let recipe = ChannelAffineImages(
            x: x.onCPU, scale: scale.onCPU, shift: shift.onCPU, isRectified: rectified,
            layout: .runs(rows: rows, channels: channels), level: level)
        return DeferredStorage(recipe, cost: .low, on: self)
    }

    /// The gradients of `batch norm [+ ReLU]` with respect to images, weight and bias.
    public func batchNormGradients(
        _ gradient: any TensorStorage, _ x: any TensorStorage, _ constants: BatchNormConstants, rows: Int,
        channels: Int, rectified: Bool
    ) -> BatchNormGradients {
        let (x, level) = (x.onCPU, level)
        let (scale, shift, mean) = (constants.scale.onCPU, constants.shift.onCPU, constants.mean.onCPU)
        let parts = MomentParts(gradient, rows: rows, channels: channels)
        let (sums, products) = (parts.first, parts.second)
        let g = visitParts(gradient, parts) { part, pixels, row, rows in
            galatea_batch_norm_sums(
                level, pixels, x.pointer + row * channels, scale.pointer, shift.pointer, mean.pointer, rows,
                channels, rectified ? 1 : 0, sums.pointer + part * channels,
                products.pointer + part * channels)
        }
        let (weight, bias, slope, offset) = (make(channels), make(channels), make(channels), make(channels))
        let inverse = constants.inverseDeviation.onCPU
        for channel in 0..<channels {
            var (sum, product) = (0.0, 0.0)
            for part in 0..<parts.count {
                sum += sums.pointer[part * channels + channel]
                product += products.pointer[part * channels + channel]
            }
            let deviation = Double(inverse.pointer[channel])
            let factor = Double(scale.pointer[channel]) / Double(rows)
            bias.pointer[channel] = Float(sum)
            weight.pointer[channel] = Float(product * deviation)
            offset.pointer[channel] = Float(-factor * sum)
            slope.pointer[channel] = Float(-factor * product * deviation * deviation)
        }
        let input = BatchNormGradientImages(
            gradient: g, x: x, scale: scale, shift: shift, mean: mean, slope: slope, offset: offset,
            isRectified: rectified, layout: .runs(rows: rows, channels: channels), level: level)
        return BatchNormGradients(
            input: DeferredStorage(input, cost: .low, on: self), weight: weight, bias: bias)
    }

    /// Calls `body` with each part of `x`: while its numbers are made if they are images not made yet, else
    /// from memory.
    @discardableResult
    private func visitParts(
        _ x: any TensorStorage, _ parts: MomentParts,
        _ body: @Sendable (_ part: Int, _ pixels: UnsafePointer<Float>, _ row: Int, _ rows: Int) -> Void
    ) -> CPUStorage {
        if let deferred = x as? DeferredStorage, parts.isByImage {
            return deferred.stored { image, pixels, _ in
                body(image, pixels, image * parts.rowsPerPart, parts.rowsPerPart)
            }
        }
        let x = x.onCPU
        forEachChunk(parts.rows, chunk: parts.rowsPerPart) { range, _ in
            body(
                range.lowerBound / parts.rowsPerPart, x.pointer + range.lowerBound * parts.channels,
                range.lowerBound, range.count)
        }
        return x
    }
}

/// The parts of a batch over which two sums a channel are taken, and room for them.
///
/// Parts are images where the numbers are not made yet and runs of pixels where they are, so that a batch summed
/// either way may differ in the last bit; which way it goes is fixed by the graph alone.
private struct MomentParts: Sendable {
    let rows: Int
    let channels: Int
    let rowsPerPart: Int
    /// Whether a part is an image of a tensor that is not made yet.
    let isByImage: Bool
    let count: Int
    let first: DoubleBuffer
    let second: DoubleBuffer

    init(_ x: any TensorStorage, rows: Int, channels: Int) {
        self.rows = rows
        self.channels = channels
        if let layout = (x as? DeferredStorage)?.recipe?.layout, layout.channels == channels,
            layout.size.count > 0
        {
            isByImage = true
            rowsPerPart = layout.size.count
        } else {
            isByImage = false
            rowsPerPart = max(1, CPUBackend.elementsPerChunk / max(1, channels))
        }
        count = (rows + rowsPerPart - 1) / rowsPerPart
        first = DoubleBuffer(count: count * channels)
        second = DoubleBuffer(count: count * channels)
    }

    /// Rows of a part; the last may have fewer.
    func rows(of part: Int) -> Int { min(rowsPerPart, rows - part * rowsPerPart) }
}
