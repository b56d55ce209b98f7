namespace MiniK8s.Api.Quantities;

/// <summary>How a quantity was written, and how it is written back.</summary>
public enum QuantityFormat
{
    /// <summary>n u m k M G T P E: powers of ten.</summary>
    DecimalSI,

    /// <summary>Ki Mi Gi Ti Pi Ei: powers of 1024.</summary>
    BinarySI,

    /// <summary>e3, E6: a decimal exponent.</summary>
    DecimalExponent,
}
