import GalaxyModels
import TestSupport
import Testing

@Suite("Metrics")
struct MetricsTests {
    @Test("Quantiles interpolate as NumPy's default; values that are not finite are left out")
    func quantiles() {
        let statistics = OrderStatistics([3, .nan, 1, 2, 10, .infinity])
        expectClose([statistics.median, statistics.quantile(0.25), statistics.quantile(1)], [2.5, 1.75, 10])
        #expect(OrderStatistics([]).median.isNaN)
        // |x - 2.5| = 1.5, 0.5, 0.5, 7.5: median 1.
        expectClose([statistics.scaledMedianDeviation], [1.4826])
    }

    @Test("Redshift metrics of a hand-made sample")
    func redshifts() {
        // e = 0, 0.1, -0.1, 0.2, NaN
        let metrics = RedshiftMetrics(estimated: [0, 1.2, 0.8, 1.4, .nan], true: [0, 1, 1, 1, 1])
        #expect(metrics.count == 4)
        expectClose(
            [metrics.medianBias, metrics.meanBias, metrics.sigmaMAD, metrics.outlierFraction],
            [0.05, 0.05, 1.4826 * 0.1, 0.25], absolute: 1e-12)
        // quartiles -0.025 and 0.125; 3 sigma_IQR = 0.334: no outlier by that definition
        expectClose([metrics.sigmaIQR, metrics.outlierFractionIQR], [0.15 / 1.349, 0], absolute: 1e-12)
        expectClose([metrics.meanSquaredError], [(0.04 + 0.04 + 0.16) / 4], absolute: 1e-12)
        // thirds by z_phot: e = {0}, {-0.1}, {0.1, 0.2}
        expectClose([metrics.worstThirdBias], [0.15], absolute: 1e-12)
    }

    @Test("Squared correlation and determination differ for a biased estimate")
    func determination() {
        let metrics = RegressionMetrics(estimated: [1, 2, 3, 4].map { 2 * $0 + 1 }, true: [1, 2, 3, 4])
        expectClose([metrics.squaredCorrelation], [1], absolute: 1e-12)
        // residuals 2, 3, 4, 5: SS_res = 54, SS_tot = 5
        expectClose(
            [metrics.determination, metrics.rootMeanSquare], [1 - 54.0 / 5, 13.5.squareRoot()],
            relative: 1e-12)
        expectClose([metrics.medianBias], [3.5])
    }
}
