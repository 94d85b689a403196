internal import CKernels

extension CPUBackend {
    /// Rows of a chunk: about 64 KB, read twice while in the cache.
    private static func rowsPerChunk(_ channels: Int) -> Int { max(1, elementsPerChunk / max(1, channels)) }

    /// Mean and biased variance of each channel of `x[rows][channels]`.
    ///
    /// Each chunk finds its own mean first, chunks are joined in order by the update of Chan, Golub & LeVeque
    /// (1983, eq. 2.1), so that a mean far from zero costs no digits of the variance.
    public func channelMoments(_ x: any TensorStorage, rows: Int, channels: Int) -> ChannelMoments {
        let (x, level) = (x.onCPU, level)
        let chunk = Self.rowsPerChunk(channels)
        let parts = (rows + chunk - 1) / chunk
        let means = DoubleBuffer(count: parts * channels)
        let squares = DoubleBuffer(count: parts * channels)
        forEachChunk(rows, chunk: chunk) { range, _ in
            let part = range.lowerBound / chunk * channels
            galatea_channel_moments(
                level, x.pointer + range.lowerBound * channels, range.count, channels, means.pointer + part,
                squares.pointer + part)
        }
        let (mean, variance) = (make(channels), make(channels))
        for channel in 0..<channels {
            var (average, deviation, count) = (0.0, 0.0, 0.0)
            for part in 0..<parts {
                let size = Double(min(chunk, rows - part * chunk))
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
        let (x, scale, shift, result) = (x.onCPU, scale.onCPU, shift.onCPU, make(rows * channels))
        forEachChunk(rows, chunk: Self.rowsPerChunk(channels)) { [level] range, _ in
            let at = range.lowerBound * channels
            galatea_channel_affine(
                level, x.pointer + at, scale.pointer, shift.pointer, result.pointer + at, range.count,
                channels, rectified ? 1 : 0)
        }
        return result
    }

    /// The gradients of `batch norm [+ ReLU]` with respect to images, weight and bias.
    public func batchNormGradients(
        _ gradient: any TensorStorage, _ x: any TensorStorage, _ constants: BatchNormConstants, rows: Int,
        channels: Int, rectified: Bool
    ) -> BatchNormGradients {
        let (g, x, level) = (gradient.onCPU, x.onCPU, level)
        let (scale, shift, mean) = (constants.scale.onCPU, constants.shift.onCPU, constants.mean.onCPU)
        let chunk = Self.rowsPerChunk(channels)
        let parts = (rows + chunk - 1) / chunk
        let sums = DoubleBuffer(count: parts * channels)
        let products = DoubleBuffer(count: parts * channels)
        forEachChunk(rows, chunk: chunk) { range, _ in
            let (at, part) = (range.lowerBound * channels, range.lowerBound / chunk * channels)
            galatea_batch_norm_sums(
                level, g.pointer + at, x.pointer + at, scale.pointer, shift.pointer, mean.pointer,
                range.count,
                channels, rectified ? 1 : 0, sums.pointer + part, products.pointer + part)
        }
        let (weight, bias, slope, offset) = (make(channels), make(channels), make(channels), make(channels))
        let inverse = constants.inverseDeviation.onCPU
        for channel in 0..<channels {
            var (sum, product) = (0.0, 0.0)
            for part in 0..<parts {
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
        let input = make(rows * channels)
        forEachChunk(rows, chunk: chunk) { range, _ in
            let at = range.lowerBound * channels
            galatea_batch_norm_gradient(
                level, g.pointer + at, x.pointer + at, scale.pointer, shift.pointer, mean.pointer,
                slope.pointer, offset.pointer, input.pointer + at, range.count, channels, rectified ? 1 : 0)
        }
        return BatchNormGradients(input: input, weight: weight, bias: bias)
    }
}
