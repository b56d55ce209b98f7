using Google.Protobuf.Reflection;

namespace MiniK8s.Hosting.Reflection;

/// <summary>What reflection can be asked about: the files of some services, with all they import, by name, symbol and extension.</summary>
/// <remarks>Symbols are services, methods, messages, fields, oneofs, enums, their values and extensions, by full name.</remarks>
internal sealed class DescriptorIndex
{
    private readonly Dictionary<string, FileDescriptor> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<int, FileDescriptor>> _extensions = new(StringComparer.Ordinal);

    public DescriptorIndex(IEnumerable<FileDescriptor> roots)
    {
        foreach (var root in roots) AddFile(root);
    }

    public FileDescriptor? FileByName(string name) => _files.GetValueOrDefault(name);

    public FileDescriptor? FileOfSymbol(string symbol) => _symbols.GetValueOrDefault(symbol.TrimStart('.'));

    public FileDescriptor? FileOfExtension(string type, int number) => _extensions.GetValueOrDefault(type.TrimStart('.'))?.GetValueOrDefault(number);

    /// <summary>The numbers in ascending order; empty for a message that nothing extends, null when there is no such message.</summary>
    public IReadOnlyCollection<int>? ExtensionNumbers(string type)
    {
        if (_extensions.TryGetValue(type.TrimStart('.'), out var numbers)) return numbers.Keys;
        return FileOfSymbol(type) is { } file && IsMessage(file, type.TrimStart('.')) ? [] : null;
    }

    /// <summary>The file, then everything it imports, directly or not, each once.</summary>
    public static IReadOnlyList<FileDescriptor> WithDependencies(FileDescriptor file)
    {
        var ordered = new List<FileDescriptor> { file };
        for (var i = 0; i < ordered.Count; i++) ordered.AddRange(ordered[i].Dependencies.Where(next => ordered.All(known => known.Name != next.Name)).ToList());
        return ordered;
    }

    private static bool IsMessage(FileDescriptor file, string name) => file.MessageTypes.Any(type => IsOrContains(type, name));

    private static bool IsOrContains(MessageDescriptor type, string name) =>
        type.FullName == name || type.NestedTypes.Any(nested => IsOrContains(nested, name));

    private void AddFile(FileDescriptor file)
    {
        if (!_files.TryAdd(file.Name, file)) return;
        foreach (var dependency in file.Dependencies) AddFile(dependency);
        foreach (var service in file.Services) AddService(file, service);
        foreach (var type in file.MessageTypes) AddMessage(file, type);
        foreach (var type in file.EnumTypes) AddEnum(file, type, scope: file.Package);
        AddExtensions(file, file.Extensions.UnorderedExtensions);
    }

    private void AddService(FileDescriptor file, ServiceDescriptor service)
    {
        _symbols[service.FullName] = file;
        foreach (var method in service.Methods) _symbols[method.FullName] = file;
    }

    private void AddMessage(FileDescriptor file, MessageDescriptor type)
    {
        _symbols[type.FullName] = file;
        foreach (var field in type.Fields.InDeclarationOrder()) _symbols[field.FullName] = file;
        foreach (var oneof in type.Oneofs) _symbols[oneof.FullName] = file;
        foreach (var nested in type.NestedTypes) AddMessage(file, nested);
        foreach (var nested in type.EnumTypes) AddEnum(file, nested, scope: type.FullName);
        AddExtensions(file, type.Extensions.UnorderedExtensions);
    }

    // An enum's values are its siblings, not its children: that is protobuf's scoping.
    private void AddEnum(FileDescriptor file, EnumDescriptor type, string scope)
    {
        _symbols[type.FullName] = file;
        foreach (var value in type.Values) _symbols[scope.Length == 0 ? value.Name : $"{scope}.{value.Name}"] = file;
    }

    private void AddExtensions(FileDescriptor file, IEnumerable<FieldDescriptor> extensions)
    {
        foreach (var extension in extensions)
        {
            _symbols[extension.FullName] = file;
            if (!_extensions.TryGetValue(extension.ExtendeeType.FullName, out var numbers)) _extensions[extension.ExtendeeType.FullName] = numbers = [];
            numbers[extension.FieldNumber] = file;
        }
    }
}
