using System.Globalization;

using MiniK8s.Api.Quantities;

namespace MiniK8s.Api.Tests.Quantities;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("1.5", "1500m")]
    [InlineData("1000m", "1")]
    [InlineData("0.1", "100m")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1536Mi", "1536Mi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("1000k", "1M")]
    [InlineData("1e3", "1e3")]
    [InlineData("1E6", "1e6")]
    [InlineData("12e5", "1200e3")]
    [InlineData("0Gi", "0")]
    [InlineData("0.5Ki", "512")]
    [InlineData("0.1Ki", "102400m")]
    [InlineData("-1.5", "-1500m")]
    [InlineData("+2", "2")]
    [InlineData(".5", "500m")]
    [InlineData("1E", "1E")]
    [InlineData("0.0000000001", "1n")]
    [InlineData("1u", "1u")]
    [InlineData("9999999999999999999", "9223372036854775807")]
    [InlineData("100Ei", "9223372036854775807")]
    [InlineData("1e999999999", "9223372036854775807")]
    [InlineData("1e-999999999", "1e-9")]
    [InlineData("8E", "8E")]
    public void ToString_AnyText_IsCanonical(string text, string canonical)
    {
        Assert.Equal(canonical, Quantity.Parse(text).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("100mb")]
    [InlineData("abc")]
    [InlineData("1 Gi")]
    [InlineData("1..2")]
    [InlineData("1K8s")]
    public void Parse_NoQuantity_NamesTheExpression(string text)
    {
        var error = Assert.Throws<QuantityFormatException>(() => Quantity.Parse(text));

        Assert.Equal("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'", error.Message);
    }

    [Theory]
    [InlineData("1mi")]
    [InlineData("1K")]
    [InlineData("1e")]
    [InlineData("1ee3")]
    [InlineData("1MiMi")]
    public void Parse_UnknownSuffix_SaysSo(string text)
    {
        var error = Assert.Throws<QuantityFormatException>(() => Quantity.Parse(text));

        Assert.Equal("unable to parse quantity's suffix", error.Message);
    }

    [Theory]
    [InlineData("1.1", 2, 1100)]
    [InlineData("-1.1", -2, -1100)]
    [InlineData("1u", 1, 1)]
    [InlineData("2Ki", 2048, 2048000)]
    public void Value_Fractions_RoundAwayFromZero(string text, long units, long milli)
    {
        var quantity = Quantity.Parse(text);

        Assert.Equal(units, quantity.Value);
        Assert.Equal(milli, quantity.MilliValue);
    }

    [Fact]
    public void Sum_LeftIsZero_TakesTheRightFormat()
    {
        Assert.Equal("1Gi", (Quantity.Zero + Quantity.Parse("1Gi")).ToString());
        Assert.Equal("1073741825", (Quantity.Parse("1") + Quantity.Parse("1Gi")).ToString());
        Assert.Equal("1536Mi", (Quantity.Parse("1Gi") + Quantity.Parse("512Mi")).ToString());
    }

    [Fact]
    public void RoundUpToMilli_FinerAmounts_AreRaised()
    {
        Assert.Equal("1m", Quantity.Parse("1u").RoundUpToMilli().ToString());
        Assert.Equal("1501m", Quantity.Parse("1.5000001").RoundUpToMilli().ToString());
    }

    [Fact]
    public void Arithmetic_RandomAmounts_AgreesWithDecimal()
    {
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var (left, right) = (Amount(random), Amount(random));
            var (a, b) = (Parse(left), Parse(right));

            Assert.Equal(left + right, Decimal(a + b));
            Assert.Equal(left - right, Decimal(a - b));
            Assert.Equal(left.CompareTo(right), a.CompareTo(b));
            Assert.Equal(a, Quantity.Parse(a.ToString()));
            Assert.Equal(a.ToString(), Quantity.Parse(a.ToString()).ToString());
        }
    }

    private static decimal Amount(Random random) => random.Next(-100_000, 100_000) * (decimal)Math.Pow(10, random.Next(-6, 6));

    private static Quantity Parse(decimal amount) => Quantity.Parse(amount.ToString(CultureInfo.InvariantCulture));

    private static decimal Decimal(Quantity quantity) => (decimal)quantity.Nanos / 1_000_000_000m;
}
