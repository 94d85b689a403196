extension Passband {
    /// DECam g: the 2014 throughput at airmass 1.3, sampled coarsely; the ends fall to zero within 20 A.
    public static let decamG = Passband(
        name: "g",
        wavelengths: [
            3940, 3960, 4000, 4200, 4400, 4600, 4800, 5000, 5200, 5400, 5450, 5490, 5510,
        ],
        throughput: [
            0, 0.04, 0.13, 0.19, 0.24, 0.28, 0.31, 0.33, 0.35, 0.365, 0.32, 0.06, 0,
        ])

    /// DECam r: the 2014 throughput at airmass 1.3, sampled coarsely; the ends fall to zero within 20 A.
    public static let decamR = Passband(
        name: "r",
        wavelengths: [
            5610, 5630, 5670, 5700, 6000, 6400, 6800, 7100, 7150, 7190, 7210,
        ],
        throughput: [
            0, 0.04, 0.25, 0.41, 0.45, 0.5, 0.52, 0.47, 0.31, 0.07, 0,
        ])

    /// DECam z: the 2014 throughput at airmass 1.3, sampled coarsely; the ends fall to zero within 20 A.
    public static let decamZ = Passband(
        name: "z",
        wavelengths: [
            8430, 8450, 8510, 8600, 8850, 9000, 9100, 9200, 9340, 9500, 9700, 9900, 9990,
            10010,
        ],
        throughput: [
            0, 0.09, 0.45, 0.54, 0.56, 0.51, 0.51, 0.54, 0.34, 0.38, 0.45, 0.39, 0.17, 0,
        ])

    /// SDSS u at airmass 1.3 (Doi et al. 2010, AJ 139, 1628, Table 4, every few nodes), for comparisons.
    public static let sdssU = Passband(
        name: "u",
        wavelengths: [
            2980, 3040, 3080, 3120, 3160, 3200, 3260, 3300, 3400, 3500, 3600, 3680, 3720,
            3760, 3800, 3840, 3860, 3880, 3920, 3960, 4000, 4080, 4180,
        ],
        throughput: [
            0, 0.0029, 0.0077, 0.0194, 0.0367, 0.0558, 0.0826, 0.0969, 0.1268, 0.146,
            0.157, 0.1638, 0.1614, 0.1497, 0.1282, 0.0956, 0.0744, 0.0549, 0.0265, 0.0107,
            0.0032, 0.0003, 0,
        ])

    /// SDSS g at airmass 1.3 (Doi et al. 2010, AJ 139, 1628, Table 4, every few nodes), for comparisons.
    public static let sdssG = Passband(
        name: "g",
        wavelengths: [
            3700, 3800, 3860, 3900, 3940, 3980, 4020, 4080, 4140, 4200, 4300, 4400, 4500,
            4600, 4700, 4800, 4900, 5000, 5100, 5160, 5220, 5260, 5300, 5340, 5380, 5420,
            5460, 5500, 5560, 5640,
        ],
        throughput: [
            0.0035, 0.0067, 0.0353, 0.074, 0.1224, 0.1757, 0.2404, 0.2954, 0.3411, 0.366,
            0.3943, 0.4161, 0.4337, 0.4448, 0.4537, 0.4611, 0.4666, 0.4719, 0.477, 0.4731,
            0.4625, 0.4326, 0.3429, 0.2013, 0.0899, 0.0398, 0.0189, 0.0096, 0.0037, 0,
        ])

    /// SDSS r at airmass 1.3 (Doi et al. 2010, AJ 139, 1628, Table 4, every few nodes), for comparisons.
    public static let sdssR = Passband(
        name: "r",
        wavelengths: [
            5380, 5440, 5480, 5520, 5560, 5600, 5640, 5680, 5720, 5780, 5840, 5900, 6000,
            6100, 6200, 6300, 6400, 6500, 6560, 6600, 6640, 6680, 6720, 6760, 6800, 6840,
            6900, 6960, 7040,
        ],
        throughput: [
            0.0002, 0.009, 0.0388, 0.101, 0.1822, 0.2565, 0.321, 0.3734, 0.4031, 0.4282,
            0.4447, 0.4553, 0.4692, 0.4794, 0.4841, 0.4968, 0.501, 0.5009, 0.5001, 0.4968,
            0.4784, 0.432, 0.3402, 0.2166, 0.1121, 0.0502, 0.0175, 0.007, 0,
        ])

    /// SDSS i at airmass 1.3 (Doi et al. 2010, AJ 139, 1628, Table 4, every few nodes), for comparisons.
    public static let sdssI = Passband(
        name: "i",
        wavelengths: [
            6580, 6680, 6720, 6760, 6800, 6840, 6880, 6920, 6960, 7000, 7040, 7100, 7160,
            7240, 7320, 7400, 7500, 7600, 7700, 7800, 7900, 8000, 8060, 8100, 8120, 8160,
            8200, 8240, 8280, 8320, 8400,
        ],
        throughput: [
            0, 0.0026, 0.008, 0.0226, 0.056, 0.1162, 0.1952, 0.2839, 0.3565, 0.4104,
            0.4458, 0.4706, 0.4814, 0.4771, 0.4617, 0.4477, 0.4335, 0.4132, 0.3905, 0.368,
            0.3539, 0.3432, 0.3362, 0.3279, 0.3215, 0.2763, 0.1857, 0.0874, 0.036, 0.0144,
            0,
        ])

    /// SDSS z at airmass 1.3 (Doi et al. 2010, AJ 139, 1628, Table 4, every few nodes), for comparisons.
    public static let sdssZ = Passband(
        name: "z",
        wavelengths: [
            7900, 8000, 8060, 8120, 8180, 8240, 8300, 8360, 8420, 8480, 8560, 8640, 8700,
            8760, 8840, 8920, 9000, 9100, 9200, 9300, 9400, 9500, 9600, 9700, 9800, 9900,
            10000, 10100, 10200, 10300, 10400, 10600, 10800, 11160,
        ],
        throughput: [
            0.0006, 0.0023, 0.0059, 0.0132, 0.0257, 0.0415, 0.057, 0.0705, 0.0803, 0.0861,
            0.0904, 0.0915, 0.0906, 0.0881, 0.0822, 0.0755, 0.0688, 0.0612, 0.0547,
            0.0487, 0.043, 0.0379, 0.0327, 0.0276, 0.0226, 0.0176, 0.0132, 0.0099, 0.007,
            0.0047, 0.0029, 0.0014, 0.0007, 0,
        ])

    /// DECam g, r, z in wavelength order.
    public static let decam: [Passband] = [.decamG, .decamR, .decamZ]
    /// SDSS g, r, z in wavelength order.
    public static let sdss: [Passband] = [.sdssG, .sdssR, .sdssZ]
}
