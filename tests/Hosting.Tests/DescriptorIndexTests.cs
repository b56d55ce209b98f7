using Google.Protobuf.Reflection;
using MiniK8s.Hosting.Reflection;

namespace MiniK8s.Hosting.Tests;

/// <summary>Extensions: the kinds' own options, which extend google.protobuf.MessageOptions.</summary>
public sealed class DescriptorIndexTests
{
    private const string Extended = "google.protobuf.MessageOptions";

    private static readonly FileDescriptor Options = Protocol.Options.OptionsReflection.Descriptor;
    private readonly DescriptorIndex _index = new([Options]);

    [Fact]
    public void ExtensionNumbers_OfAnExtendedMessage_AreAllInOrder()
    {
        var expected = Options.Extensions.UnorderedExtensions.Where(each => each.ExtendeeType.FullName == Extended).Select(each => each.FieldNumber).Order();

        Assert.NotEmpty(expected);
        Assert.Equal(expected, _index.ExtensionNumbers(Extended));
    }

    [Fact]
    public void FileOfExtension_ByTypeAndNumber_IsTheFileThatDeclaresIt()
    {
        var number = _index.ExtensionNumbers(Extended)!.First();

        Assert.Equal(Options.Name, _index.FileOfExtension(Extended, number)?.Name);
        Assert.Equal(Options.Name, _index.FileOfExtension("." + Extended, number)?.Name);
        Assert.Null(_index.FileOfExtension(Extended, 1));
    }

    [Fact]
    public void FileOfSymbol_AnExtension_IsTheFileThatDeclaresIt() =>
        Assert.All(Options.Extensions.UnorderedExtensions, each => Assert.Equal(Options.Name, _index.FileOfSymbol(each.FullName)?.Name));
}
