/// Class probabilities from those of all pairs of classes (Wu, Lin & Weng 2004, JMLR 5, 975, section 4).
package enum PairwiseCoupling {
    /// The probabilities that agree best with the pairs'.
    ///
    /// Minimises `sum_i sum_(j != i) (r_ji p_i - r_ij p_j)^2` under `sum p = 1`, through the linear
    /// system of their eq. (21): `[Q e; e' 0] [p; b] = [0; 1]` with `Q_ii = sum_(s != i) r_si^2`,
    /// `Q_ij = -r_ji r_ij`.
    ///
    /// - Parameters:
    ///   - pairs: `r_ij`, the probability of i when it is i or j, in the order (0,1), (0,2) ... (1,2) ...
    ///   - classes: Number of classes, at least 2.
    /// - Returns: Probabilities that sum to 1.
    package static func probabilities(pairs: [Double], classes: Int) -> [Double] {
        var probabilities = [Double](repeating: 0, count: classes)
        var system = [Double](repeating: 0, count: systemCount(classes: classes))
        couple(pairs[...], classes: classes, into: &probabilities, at: 0, system: &system)
        return probabilities
    }

    /// Numbers in the linear system of `classes` classes.
    static func systemCount(classes: Int) -> Int { (classes + 1) * (classes + 2) }

    /// Writes the probabilities that agree best with `pairs` into `probabilities[start..<start + classes]`.
    ///
    /// - Parameter system: Memory of `systemCount` numbers, whatever they are.
    static func couple(
        _ pairs: ArraySlice<Double>, classes: Int, into probabilities: inout [Double], at start: Int,
        system: inout [Double]
    ) {
        precondition(
            classes >= 2 && pairs.count == classes * (classes - 1) / 2
                && system.count >= systemCount(classes: classes) && probabilities.count >= start + classes,
            "PairwiseCoupling: \(pairs.count) pairs of \(classes) classes")
        pairs.withUnsafeBufferPointer { pairs in
            system.withUnsafeMutableBufferPointer { system in
                setUp(system, pairs: pairs, classes: classes)
                solve(system, count: classes + 1)
                probabilities.withUnsafeMutableBufferPointer { probabilities in
                    let width = classes + 2
                    var sum = 0.0
                    for i in 0..<classes {
                        let share = max(0, system[i * width + classes + 1])
                        probabilities[start + i] = share
                        sum += share
                    }
                    for i in 0..<classes { probabilities[start + i] /= sum }
                }
            }
        }
    }

    /// Writes the system, shape `[K + 1, K + 2]`, its right side in the last column.
    private static func setUp(
        _ system: UnsafeMutableBufferPointer<Double>, pairs: UnsafeBufferPointer<Double>, classes: Int
    ) {
        let width = classes + 2
        for index in 0..<systemCount(classes: classes) { system[index] = 0 }
        var next = 0
        for i in 0..<classes {
            for j in i + 1..<max(i + 1, classes) {
                // Certain pairs would make the system singular.
                let first = min(max(pairs[next], 1e-7), 1 - 1e-7)
                let second = 1 - first
                system[i * width + i] += second * second
                system[j * width + j] += first * first
                system[i * width + j] = -second * first
                system[j * width + i] = -first * second
                next += 1
            }
            system[i * width + classes] = 1
            system[classes * width + i] = 1
        }
        system[classes * width + classes + 1] = 1
    }

    /// Replaces the right side of a regular linear system by its solution; partial pivoting.
    private static func solve(_ system: UnsafeMutableBufferPointer<Double>, count: Int) {
        let width = count + 1
        for column in 0..<count {
            var pivot = column
            for row in column + 1..<max(column + 1, count)
            where abs(system[row * width + column]) > abs(system[pivot * width + column]) {
                pivot = row
            }
            if pivot != column {
                for next in column...count {
                    (system[column * width + next], system[pivot * width + next]) =
                        (system[pivot * width + next], system[column * width + next])
                }
            }
            for row in 0..<count where row != column {
                let factor = system[row * width + column] / system[column * width + column]
                if factor == 0 { continue }
                for next in column...count {
                    system[row * width + next] -= factor * system[column * width + next]
                }
            }
        }
        for row in 0..<count { system[row * width + count] /= system[row * width + row] }
    }
}
