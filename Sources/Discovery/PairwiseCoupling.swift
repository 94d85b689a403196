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
        precondition(
            classes >= 2 && pairs.count == classes * (classes - 1) / 2,
            "PairwiseCoupling: \(pairs.count) pairs of \(classes) classes")
        var r = [[Double]](repeating: [Double](repeating: 0, count: classes), count: classes)
        var next = 0
        for first in 0..<classes {
            for second in first + 1..<max(first + 1, classes) {
                // Certain pairs would make the system singular.
                let probability = min(max(pairs[next], 1e-7), 1 - 1e-7)
                r[first][second] = probability
                r[second][first] = 1 - probability
                next += 1
            }
        }
        var system = [[Double]](repeating: [Double](repeating: 0, count: classes + 2), count: classes + 1)
        for i in 0..<classes {
            for j in 0..<classes where j != i {
                system[i][i] += r[j][i] * r[j][i]
                system[i][j] = -r[j][i] * r[i][j]
            }
            system[i][classes] = 1
            system[classes][i] = 1
        }
        system[classes][classes + 1] = 1
        let solution = solve(system).prefix(classes).map { max(0, $0) }
        let sum = solution.reduce(0, +)
        return solution.map { $0 / sum }
    }

    /// The solution of a regular linear system, its right side in the last column; partial pivoting.
    private static func solve(_ rows: [[Double]]) -> [Double] {
        var rows = rows
        let count = rows.count
        for column in 0..<count {
            var pivot = column
            for row in column + 1..<max(column + 1, count)
            where abs(rows[row][column]) > abs(rows[pivot][column]) {
                pivot = row
            }
            rows.swapAt(column, pivot)
            for row in 0..<count where row != column {
                let factor = rows[row][column] / rows[column][column]
                if factor == 0 { continue }
                for next in column...count { rows[row][next] -= factor * rows[column][next] }
            }
        }
        return rows.indices.map { rows[$0][count] / rows[$0][$0] }
    }
}
